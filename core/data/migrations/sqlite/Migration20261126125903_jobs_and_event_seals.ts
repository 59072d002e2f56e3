import { Migration } from '@mikro-orm/migrations';

export class Migration20261126125903_jobs_and_event_seals extends Migration {

  override name = 'Migration20261126125903_jobs_and_event_seals';

  override up(): void | Promise<void> {
    this.addSql(`create table \`event_seals\` (\`seq\` integer not null primary key, \`newest\` bigint not null, \`count\` integer not null, \`entries\` json not null, \`hash\` text not null, \`pruned\` text null);`);

    this.addSql(`create table \`jobs\` (\`id\` text not null primary key, \`kind\` text not null, \`data\` json not null, \`unique_key\` text null, \`scheduled\` integer not null, \`run_at\` bigint not null, \`attempts\` integer not null, \`locked_until\` bigint not null, \`locked_by\` text null, \`last_error\` text null, \`state\` text not null, \`created_at\` bigint not null);`);
    this.addSql(`create unique index \`jobs_unique_key_unique\` on \`jobs\` (\`unique_key\`);`);
    this.addSql(`create index \`jobs_state_run_at_index\` on \`jobs\` (\`state\`, \`run_at\`);`);

    this.addSql(`alter table \`events\` add column \`seal\` integer null;`);
    this.addSql(`create index \`events_seal_id_index\` on \`events\` (\`seal\`, \`id\`);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`event_seals\`;`);
    this.addSql(`drop table if exists \`jobs\`;`);

    this.addSql(`drop index \`events_seal_id_index\`;`);
    this.addSql(`alter table \`events\` drop column \`seal\`;`);
  }

}
