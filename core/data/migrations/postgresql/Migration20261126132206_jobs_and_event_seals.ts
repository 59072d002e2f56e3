import { Migration } from '@mikro-orm/migrations';

export class Migration20261126132206_jobs_and_event_seals extends Migration {

  override name = 'Migration20261126132206_jobs_and_event_seals';

  override up(): void | Promise<void> {
    this.addSql(`create table "event_seals" ("seq" int not null, "newest" bigint not null, "count" int not null, "entries" json not null, "hash" text not null, "pruned" text null, primary key ("seq"));`);

    this.addSql(`create table "jobs" ("id" text not null, "kind" text not null, "data" json not null, "unique_key" text null, "scheduled" boolean not null, "run_at" bigint not null, "attempts" int not null, "locked_until" bigint not null, "locked_by" text null, "last_error" text null, "state" text not null, "created_at" bigint not null, primary key ("id"));`);
    this.addSql(`alter table "jobs" add constraint "jobs_unique_key_unique" unique ("unique_key");`);
    this.addSql(`create index "jobs_state_run_at_index" on "jobs" ("state", "run_at");`);

    this.addSql(`alter table "events" add "seal" int null;`);
    this.addSql(`create index "events_seal_id_index" on "events" ("seal", "id");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "event_seals" cascade;`);
    this.addSql(`drop table if exists "jobs" cascade;`);

    this.addSql(`drop index "events_seal_id_index";`);
    this.addSql(`alter table "events" drop column "seal";`);
  }

}
