import { Migration } from '@mikro-orm/migrations';

export class Migration20261127114638_device_facts extends Migration {

  override name = 'Migration20261127114638_device_facts';

  override up(): void | Promise<void> {
    this.addSql(`alter table "sessions" add "device" json null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "sessions" drop column "device";`);
  }

}
