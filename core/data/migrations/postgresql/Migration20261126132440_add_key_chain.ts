import { Migration } from '@mikro-orm/migrations';

export class Migration20261126132440_add_key_chain extends Migration {

  override name = 'Migration20261126132440_add_key_chain';

  override up(): void | Promise<void> {
    this.addSql(`alter table "signing_keys" add "follows" text null;`);
    this.addSql(`alter table "signing_keys" add constraint "signing_keys_follows_unique" unique ("follows");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "signing_keys" drop constraint "signing_keys_follows_unique";`);
    this.addSql(`alter table "signing_keys" drop column "follows";`);
  }

}
