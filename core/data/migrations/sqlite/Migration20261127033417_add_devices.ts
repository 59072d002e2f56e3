import { Migration } from '@mikro-orm/migrations';

export class Migration20261127033417_add_devices extends Migration {

  override name = 'Migration20261127033417_add_devices';

  override up(): void | Promise<void> {
    this.addSql(`create table \`devices\` (\`id\` text not null primary key, \`user_id\` text not null, \`kind\` text not null, \`key\` text null, \`name\` text not null, \`sealed\` text not null, \`version\` integer not null, \`created_at\` bigint not null, \`last_used_at\` bigint null, constraint \`devices_user_id_foreign\` foreign key (\`user_id\`) references \`users\` (\`id\`) on delete cascade);`);
    this.addSql(`create index \`devices_user_id_index\` on \`devices\` (\`user_id\`);`);
    this.addSql(`create unique index \`devices_kind_key_unique\` on \`devices\` (\`kind\`, \`key\`);`);

    this.addSql(`alter table \`users\` add column \`second_factor_due_at\` bigint null;`);

    this.addSql(`alter table \`sessions\` add column \`flows\` json null;`);

    this.addSql(`alter table \`browser_users\` add column \`second_factor_at\` bigint null;`);
    this.addSql(`alter table \`browser_users\` add column \`trusted_at\` bigint null;`);
    this.addSql(`alter table \`browser_users\` add column \`trusted_until\` bigint null;`);
    this.addSql(`alter table \`browser_users\` add column \`user_agent\` text null;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`devices\`;`);

    this.addSql(`alter table \`browser_users\` drop column \`second_factor_at\`;`);
    this.addSql(`alter table \`browser_users\` drop column \`trusted_at\`;`);
    this.addSql(`alter table \`browser_users\` drop column \`trusted_until\`;`);
    this.addSql(`alter table \`browser_users\` drop column \`user_agent\`;`);

    this.addSql(`alter table \`sessions\` drop column \`flows\`;`);

    this.addSql(`alter table \`users\` drop column \`second_factor_due_at\`;`);
  }

}
