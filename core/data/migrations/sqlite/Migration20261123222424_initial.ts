import { Migration } from '@mikro-orm/migrations';

export class Migration20261123222424_initial extends Migration {

  override name = 'Migration20261123222424_initial';

  override up(): void | Promise<void> {
    this.addSql(`create table \`browsers\` (\`id\` text not null primary key, \`secret_hash\` text not null, \`created_at\` bigint not null, \`seen_at\` bigint not null, \`locale\` text null);`);
    this.addSql(`create index \`browsers_seen_at_index\` on \`browsers\` (\`seen_at\`);`);

    this.addSql(`create table \`changes\` (\`seq\` integer not null primary key autoincrement, \`kind\` text not null, \`object_id\` text not null, \`revision\` integer not null, \`at\` bigint not null);`);

    this.addSql(`create table \`closed_runs\` (\`id\` text not null primary key, \`session_id\` text null, \`closed_at\` bigint not null);`);
    this.addSql(`create index \`closed_runs_closed_at_index\` on \`closed_runs\` (\`closed_at\`);`);

    this.addSql(`create table \`events\` (\`id\` text not null primary key, \`at\` bigint not null, \`action\` text not null, \`user_id\` text null, \`application\` text null, \`ip\` text not null, \`user_agent\` text not null, \`request_id\` text null, \`detail\` json not null);`);
    this.addSql(`create index \`events_at_index\` on \`events\` (\`at\`);`);
    this.addSql(`create index \`events_action_index\` on \`events\` (\`action\`);`);
    this.addSql(`create index \`events_user_id_index\` on \`events\` (\`user_id\`);`);

    this.addSql(`create table \`groups\` (\`id\` text not null primary key, \`slug\` text not null, \`name\` text not null, \`version\` integer not null default 1);`);
    this.addSql(`create unique index \`groups_slug_unique\` on \`groups\` (\`slug\`);`);

    this.addSql(`create table \`group_parents\` (\`group_id\` text not null, \`parent_id\` text not null, primary key (\`group_id\`, \`parent_id\`), constraint \`group_parents_group_id_foreign\` foreign key (\`group_id\`) references \`groups\` (\`id\`) on update cascade on delete cascade, constraint \`group_parents_parent_id_foreign\` foreign key (\`parent_id\`) references \`groups\` (\`id\`) on update cascade on delete cascade);`);
    this.addSql(`create index \`group_parents_group_id_index\` on \`group_parents\` (\`group_id\`);`);
    this.addSql(`create index \`group_parents_parent_id_index\` on \`group_parents\` (\`parent_id\`);`);

    this.addSql(`create table \`role_assignments\` (\`subject_kind\` text not null, \`subject_id\` text not null, \`role\` text not null, primary key (\`subject_kind\`, \`subject_id\`, \`role\`));`);

    this.addSql(`create table \`settings_state\` (\`key\` text not null primary key, \`value\` json not null);`);

    this.addSql(`create table \`short_lived\` (\`key\` text not null primary key, \`value\` text not null, \`version\` integer not null, \`expires_at\` bigint not null, \`taken\` integer not null);`);
    this.addSql(`create index \`short_lived_expires_at_index\` on \`short_lived\` (\`expires_at\`);`);

    this.addSql(`create table \`signing_keys\` (\`kid\` text not null primary key, \`alg\` text not null, \`public_jwk\` json not null, \`private_sealed\` text not null, \`created_at\` bigint not null, \`active_from\` bigint not null, \`retired_at\` bigint null);`);

    this.addSql(`create table \`users\` (\`id\` text not null primary key, \`username\` text not null, \`username_key\` text not null, \`name\` text not null, \`email\` text null, \`email_key\` text null, \`email_verified\` integer not null, \`enabled\` integer not null, \`attributes\` json not null, \`version\` integer not null default 1, \`created_at\` bigint not null, \`updated_at\` bigint not null);`);
    this.addSql(`create unique index \`users_username_key_unique\` on \`users\` (\`username_key\`);`);
    this.addSql(`create index \`users_email_key_index\` on \`users\` (\`email_key\`);`);

    this.addSql(`create table \`sessions\` (\`id\` text not null primary key, \`browser_id\` text not null, \`user_id\` text not null, \`authenticated_at\` bigint not null, \`proofs\` json not null, \`created_at\` bigint not null, \`expires_at\` bigint not null, \`seen_at\` bigint not null, \`ended_at\` bigint null, \`ip\` text not null, \`user_agent\` text not null, constraint \`sessions_browser_id_foreign\` foreign key (\`browser_id\`) references \`browsers\` (\`id\`) on delete cascade, constraint \`sessions_user_id_foreign\` foreign key (\`user_id\`) references \`users\` (\`id\`) on delete cascade);`);
    this.addSql(`create index \`sessions_browser_id_index\` on \`sessions\` (\`browser_id\`);`);
    this.addSql(`create index \`sessions_user_id_index\` on \`sessions\` (\`user_id\`);`);
    this.addSql(`create index \`sessions_expires_at_index\` on \`sessions\` (\`expires_at\`);`);

    this.addSql(`create table \`passwords\` (\`user_id\` text not null primary key, \`hash\` text not null, \`changed_at\` bigint not null, constraint \`passwords_user_id_foreign\` foreign key (\`user_id\`) references \`users\` (\`id\`) on update cascade on delete cascade);`);

    this.addSql(`create table \`memberships\` (\`user_id\` text not null, \`group_id\` text not null, primary key (\`user_id\`, \`group_id\`), constraint \`memberships_user_id_foreign\` foreign key (\`user_id\`) references \`users\` (\`id\`) on update cascade on delete cascade, constraint \`memberships_group_id_foreign\` foreign key (\`group_id\`) references \`groups\` (\`id\`) on update cascade on delete cascade);`);
    this.addSql(`create index \`memberships_user_id_index\` on \`memberships\` (\`user_id\`);`);
    this.addSql(`create index \`memberships_group_id_index\` on \`memberships\` (\`group_id\`);`);

    this.addSql(`create table \`grants\` (\`id\` text not null primary key, \`user_id\` text not null, \`application\` text not null, \`provider\` text not null, \`session_id\` text not null, \`origin\` text not null, \`scopes\` json not null, \`offline\` integer not null, \`data\` json not null, \`created_at\` bigint not null, \`expires_at\` bigint not null, \`revoked_at\` bigint null, \`generation\` integer not null, \`nonce\` text not null, \`rotated_at\` bigint null, constraint \`grants_user_id_foreign\` foreign key (\`user_id\`) references \`users\` (\`id\`) on delete cascade);`);
    this.addSql(`create index \`grants_user_id_index\` on \`grants\` (\`user_id\`);`);
    this.addSql(`create index \`grants_session_id_index\` on \`grants\` (\`session_id\`);`);
    this.addSql(`create index \`grants_expires_at_index\` on \`grants\` (\`expires_at\`);`);

    this.addSql(`create table \`consents\` (\`user_id\` text not null, \`application\` text not null, \`scopes\` json not null, \`created_at\` bigint not null, \`updated_at\` bigint not null, primary key (\`user_id\`, \`application\`), constraint \`consents_user_id_foreign\` foreign key (\`user_id\`) references \`users\` (\`id\`) on delete cascade);`);
    this.addSql(`create index \`consents_user_id_index\` on \`consents\` (\`user_id\`);`);

    this.addSql(`create table \`browser_users\` (\`browser_id\` text not null, \`user_id\` text not null, \`at\` bigint not null, primary key (\`browser_id\`, \`user_id\`), constraint \`browser_users_browser_id_foreign\` foreign key (\`browser_id\`) references \`browsers\` (\`id\`) on update cascade on delete cascade, constraint \`browser_users_user_id_foreign\` foreign key (\`user_id\`) references \`users\` (\`id\`) on update cascade on delete cascade);`);
    this.addSql(`create index \`browser_users_browser_id_index\` on \`browser_users\` (\`browser_id\`);`);
    this.addSql(`create index \`browser_users_user_id_index\` on \`browser_users\` (\`user_id\`);`);
  }

  override down(): void | Promise<void> {

    this.addSql(`drop table if exists \`browsers\`;`);
    this.addSql(`drop table if exists \`changes\`;`);
    this.addSql(`drop table if exists \`closed_runs\`;`);
    this.addSql(`drop table if exists \`events\`;`);
    this.addSql(`drop table if exists \`groups\`;`);
    this.addSql(`drop table if exists \`group_parents\`;`);
    this.addSql(`drop table if exists \`role_assignments\`;`);
    this.addSql(`drop table if exists \`settings_state\`;`);
    this.addSql(`drop table if exists \`short_lived\`;`);
    this.addSql(`drop table if exists \`signing_keys\`;`);
    this.addSql(`drop table if exists \`users\`;`);
    this.addSql(`drop table if exists \`sessions\`;`);
    this.addSql(`drop table if exists \`passwords\`;`);
    this.addSql(`drop table if exists \`memberships\`;`);
    this.addSql(`drop table if exists \`grants\`;`);
    this.addSql(`drop table if exists \`consents\`;`);
    this.addSql(`drop table if exists \`browser_users\`;`);
  }

}
