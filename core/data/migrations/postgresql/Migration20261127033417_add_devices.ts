import { Migration } from '@mikro-orm/migrations';

export class Migration20261127033417_add_devices extends Migration {

  override name = 'Migration20261127033417_add_devices';

  override up(): void | Promise<void> {
    this.addSql(`create table "devices" ("id" text not null, "user_id" text not null, "kind" varchar(100) not null, "key" text null, "name" text not null, "sealed" text not null, "version" int not null, "created_at" bigint not null, "last_used_at" bigint null, primary key ("id"));`);
    this.addSql(`create index "devices_user_id_index" on "devices" ("user_id");`);
    this.addSql(`alter table "devices" add constraint "devices_kind_key_unique" unique ("kind", "key");`);

    this.addSql(`alter table "users" add "second_factor_due_at" bigint null;`);

    this.addSql(`alter table "sessions" add "flows" json null;`);

    this.addSql(`alter table "browser_users" add "second_factor_at" bigint null, add "trusted_at" bigint null, add "trusted_until" bigint null, add "user_agent" text null;`);

    this.addSql(`alter table "devices" add constraint "devices_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "devices" cascade;`);

    this.addSql(`alter table "browser_users" drop column "second_factor_at", drop column "trusted_at", drop column "trusted_until", drop column "user_agent";`);

    this.addSql(`alter table "sessions" drop column "flows";`);

    this.addSql(`alter table "users" drop column "second_factor_due_at";`);
  }

}
