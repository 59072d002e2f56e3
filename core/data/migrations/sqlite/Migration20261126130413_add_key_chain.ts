import { Migration } from '@mikro-orm/migrations';

export class Migration20261126130413_add_key_chain extends Migration {

  override name = 'Migration20261126130413_add_key_chain';

  override up(): void | Promise<void> {
    this.addSql(`alter table \`signing_keys\` add column \`follows\` text null;`);
    this.addSql(`create unique index \`signing_keys_follows_unique\` on \`signing_keys\` (\`follows\`);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index \`signing_keys_follows_unique\`;`);
    this.addSql(`alter table \`signing_keys\` drop column \`follows\`;`);
  }

}
