import { Migration } from '@mikro-orm/migrations';

export class Migration20261125155542_configuration_and_tokens extends Migration {

  override name = 'Migration20261125155542_configuration_and_tokens';

  override up(): void | Promise<void> {
    this.addSql(`create table \`configuration_objects\` (\`id\` text not null primary key, \`kind\` text not null, \`slug\` text not null, \`spec\` json not null, \`settings_version\` integer not null, \`revision\` integer not null, \`owner\` text not null);`);
    this.addSql(`create unique index \`configuration_objects_kind_slug_unique\` on \`configuration_objects\` (\`kind\`, \`slug\`);`);

    this.addSql(`create table \`revisions\` (\`number\` integer not null primary key autoincrement, \`at\` bigint not null, \`actor\` json not null, \`message\` text not null);`);

    this.addSql(`create table \`revision_objects\` (\`revision_number\` integer not null, \`object_id\` text not null, \`kind\` text not null, \`slug\` text not null, \`spec\` json null, \`settings_version\` integer not null, \`owner\` text not null, primary key (\`revision_number\`, \`object_id\`), constraint \`revision_objects_revision_number_foreign\` foreign key (\`revision_number\`) references \`revisions\` (\`number\`) on delete cascade);`);
    this.addSql(`create index \`revision_objects_revision_number_index\` on \`revision_objects\` (\`revision_number\`);`);

    this.addSql(`create table \`tokens\` (\`id\` text not null primary key, \`user_id\` text not null, \`name\` text not null, \`secret_hash\` text not null, \`scopes\` json null, \`created_at\` bigint not null, \`expires_at\` bigint null, \`used_at\` bigint null, \`bootstrap\` text null, constraint \`tokens_user_id_foreign\` foreign key (\`user_id\`) references \`users\` (\`id\`) on delete cascade);`);
    this.addSql(`create index \`tokens_user_id_index\` on \`tokens\` (\`user_id\`);`);
    this.addSql(`create unique index \`tokens_bootstrap_unique\` on \`tokens\` (\`bootstrap\`);`);
  }

  override down(): void | Promise<void> {

    this.addSql(`drop table if exists \`configuration_objects\`;`);
    this.addSql(`drop table if exists \`revisions\`;`);
    this.addSql(`drop table if exists \`revision_objects\`;`);
    this.addSql(`drop table if exists \`tokens\`;`);
  }

}
