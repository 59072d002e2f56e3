import { Migration } from '@mikro-orm/migrations';

export class Migration20261125203001_add_media extends Migration {

  override name = 'Migration20261125203001_add_media';

  override up(): void | Promise<void> {
    this.addSql(`create table \`media\` (\`id\` text not null primary key, \`name\` text not null, \`type\` text not null, \`bytes\` blob not null, \`sha256\` text not null, \`size\` integer not null, \`width\` integer null, \`height\` integer null, \`user_id\` text null, \`uploaded_by\` text not null, \`created_at\` bigint not null, constraint \`media_user_id_foreign\` foreign key (\`user_id\`) references \`users\` (\`id\`) on delete cascade);`);
    this.addSql(`create unique index \`media_user_id_unique\` on \`media\` (\`user_id\`);`);
    this.addSql(`create index \`media_created_at_index\` on \`media\` (\`created_at\`);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`media\`;`);
  }

}
