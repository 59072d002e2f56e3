import { Migration } from '@mikro-orm/migrations';

export class Migration20261126115109_initial extends Migration {

  override name = 'Migration20261126115109_initial';

  override up(): void | Promise<void> {
    this.addSql(`create table "browsers" ("id" text not null, "secret_hash" text not null, "created_at" bigint not null, "seen_at" bigint not null, "locale" text null, primary key ("id"));`);
    this.addSql(`create index "browsers_seen_at_index" on "browsers" ("seen_at");`);

    this.addSql(`create table "changes" ("seq" serial primary key, "kind" text not null, "object_id" text not null, "revision" int not null, "at" bigint not null);`);

    this.addSql(`create table "closed_runs" ("id" text not null, "session_id" text null, "closed_at" bigint not null, primary key ("id"));`);
    this.addSql(`create index "closed_runs_closed_at_index" on "closed_runs" ("closed_at");`);

    this.addSql(`create table "configuration_objects" ("id" text not null, "kind" text not null, "slug" text not null, "spec" json not null, "settings_version" int not null, "revision" int not null, "owner" text not null, primary key ("id"));`);
    this.addSql(`alter table "configuration_objects" add constraint "configuration_objects_kind_slug_unique" unique ("kind", "slug");`);

    this.addSql(`create table "events" ("id" text not null, "at" bigint not null, "action" text not null, "user_id" text null, "application" text null, "ip" text not null, "user_agent" text not null, "request_id" text null, "detail" json not null, primary key ("id"));`);
    this.addSql(`create index "events_action_id_index" on "events" ("action", "id");`);
    this.addSql(`create index "events_user_id_id_index" on "events" ("user_id", "id");`);
    this.addSql(`create index "events_application_id_index" on "events" ("application", "id");`);

    this.addSql(`create table "groups" ("id" text not null, "slug" text not null, "name" text not null, "version" int not null default 1, primary key ("id"));`);
    this.addSql(`alter table "groups" add constraint "groups_slug_unique" unique ("slug");`);

    this.addSql(`create table "group_parents" ("group_id" text not null, "parent_id" text not null, primary key ("group_id", "parent_id"));`);
    this.addSql(`create index "group_parents_parent_id_index" on "group_parents" ("parent_id");`);

    this.addSql(`create table "revisions" ("number" serial primary key, "at" bigint not null, "actor" json not null, "message" text not null);`);

    this.addSql(`create table "revision_objects" ("revision_number" int not null, "object_id" text not null, "kind" text not null, "slug" text not null, "spec" json null, "settings_version" int not null, "owner" text not null, primary key ("revision_number", "object_id"));`);

    this.addSql(`create table "role_assignments" ("subject_kind" text not null, "subject_id" text not null, "role" text not null, primary key ("subject_kind", "subject_id", "role"));`);

    this.addSql(`create table "settings_state" ("key" text not null, "value" json not null, primary key ("key"));`);

    this.addSql(`create table "short_lived" ("key" text not null, "value" text not null, "version" int not null, "expires_at" bigint not null, "taken" boolean not null, primary key ("key"));`);
    this.addSql(`create index "short_lived_expires_at_index" on "short_lived" ("expires_at");`);

    this.addSql(`create table "signing_keys" ("kid" text not null, "alg" text not null, "public_jwk" json not null, "private_sealed" text not null, "created_at" bigint not null, "active_from" bigint not null, "retired_at" bigint null, primary key ("kid"));`);

    this.addSql(`create table "users" ("id" text not null, "username" varchar(150) not null, "username_key" text not null, "name" text not null, "email" varchar(320) null, "email_key" text null, "email_verified" boolean not null, "enabled" boolean not null, "attributes" json not null, "version" int not null default 1, "created_at" bigint not null, "updated_at" bigint not null, primary key ("id"));`);
    this.addSql(`alter table "users" add constraint "users_username_key_unique" unique ("username_key");`);
    this.addSql(`create index "users_email_key_index" on "users" ("email_key");`);
    this.addSql(`create index "users_name_id_index" on "users" ("name", "id");`);
    this.addSql(`create index "users_created_at_id_index" on "users" ("created_at", "id");`);
    this.addSql(`create index "users_updated_at_id_index" on "users" ("updated_at", "id");`);

    this.addSql(`create table "tokens" ("id" text not null, "user_id" text not null, "name" text not null, "secret_hash" text not null, "scopes" json null, "created_at" bigint not null, "expires_at" bigint null, "used_at" bigint null, "bootstrap" text null, primary key ("id"));`);
    this.addSql(`create index "tokens_user_id_index" on "tokens" ("user_id");`);
    this.addSql(`alter table "tokens" add constraint "tokens_bootstrap_unique" unique ("bootstrap");`);

    this.addSql(`create table "sessions" ("id" text not null, "browser_id" text not null, "user_id" text not null, "authenticated_at" bigint not null, "proofs" json not null, "created_at" bigint not null, "expires_at" bigint not null, "seen_at" bigint not null, "ended_at" bigint null, "ip" text not null, "user_agent" text not null, primary key ("id"));`);
    this.addSql(`create index "sessions_browser_id_index" on "sessions" ("browser_id");`);
    this.addSql(`create index "sessions_user_id_index" on "sessions" ("user_id");`);
    this.addSql(`create index "sessions_expires_at_index" on "sessions" ("expires_at");`);

    this.addSql(`create table "passwords" ("user_id" text not null, "hash" text not null, "changed_at" bigint not null, primary key ("user_id"));`);

    this.addSql(`create table "memberships" ("user_id" text not null, "group_id" text not null, primary key ("user_id", "group_id"));`);
    this.addSql(`create index "memberships_group_id_index" on "memberships" ("group_id");`);

    this.addSql(`create table "media" ("id" text not null, "name" text not null, "type" text not null, "bytes" bytea not null, "sha256" text not null, "size" int not null, "width" int null, "height" int null, "user_id" text null, "uploaded_by" text not null, "created_at" bigint not null, primary key ("id"));`);
    this.addSql(`alter table "media" add constraint "media_user_id_unique" unique ("user_id");`);
    this.addSql(`create index "media_created_at_index" on "media" ("created_at");`);

    this.addSql(`create table "grants" ("id" text not null, "user_id" text not null, "application" text not null, "provider" text not null, "session_id" text not null, "origin" text not null, "scopes" json not null, "offline" boolean not null, "data" json not null, "created_at" bigint not null, "expires_at" bigint not null, "revoked_at" bigint null, "generation" int not null, "nonce" text not null, "rotated_at" bigint null, primary key ("id"));`);
    this.addSql(`create index "grants_user_id_index" on "grants" ("user_id");`);
    this.addSql(`create index "grants_session_id_index" on "grants" ("session_id");`);
    this.addSql(`create index "grants_expires_at_index" on "grants" ("expires_at");`);

    this.addSql(`create table "consents" ("user_id" text not null, "application" text not null, "scopes" json not null, "created_at" bigint not null, "updated_at" bigint not null, primary key ("user_id", "application"));`);

    this.addSql(`create table "browser_users" ("browser_id" text not null, "user_id" text not null, "at" bigint not null, primary key ("browser_id", "user_id"));`);
    this.addSql(`create index "browser_users_user_id_index" on "browser_users" ("user_id");`);

    this.addSql(`alter table "group_parents" add constraint "group_parents_group_id_foreign" foreign key ("group_id") references "groups" ("id") on update cascade on delete cascade;`);
    this.addSql(`alter table "group_parents" add constraint "group_parents_parent_id_foreign" foreign key ("parent_id") references "groups" ("id") on update cascade on delete cascade;`);

    this.addSql(`alter table "revision_objects" add constraint "revision_objects_revision_number_foreign" foreign key ("revision_number") references "revisions" ("number") on delete cascade;`);

    this.addSql(`alter table "tokens" add constraint "tokens_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade;`);

    this.addSql(`alter table "sessions" add constraint "sessions_browser_id_foreign" foreign key ("browser_id") references "browsers" ("id") on delete cascade;`);
    this.addSql(`alter table "sessions" add constraint "sessions_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade;`);

    this.addSql(`alter table "passwords" add constraint "passwords_user_id_foreign" foreign key ("user_id") references "users" ("id") on update cascade on delete cascade;`);

    this.addSql(`alter table "memberships" add constraint "memberships_user_id_foreign" foreign key ("user_id") references "users" ("id") on update cascade on delete cascade;`);
    this.addSql(`alter table "memberships" add constraint "memberships_group_id_foreign" foreign key ("group_id") references "groups" ("id") on update cascade on delete cascade;`);

    this.addSql(`alter table "media" add constraint "media_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade;`);

    this.addSql(`alter table "grants" add constraint "grants_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade;`);

    this.addSql(`alter table "consents" add constraint "consents_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade;`);

    this.addSql(`alter table "browser_users" add constraint "browser_users_browser_id_foreign" foreign key ("browser_id") references "browsers" ("id") on update cascade on delete cascade;`);
    this.addSql(`alter table "browser_users" add constraint "browser_users_user_id_foreign" foreign key ("user_id") references "users" ("id") on update cascade on delete cascade;`);

    this.addSql(`create table "user_search" ("id" serial primary key, "user_id" text not null, "names" text not null, "email" text null, constraint "user_search_user_id_foreign" foreign key ("user_id") references "users" ("id") on delete cascade);`);
    this.addSql(`create unique index "user_search_user_id_unique" on "user_search" ("user_id");`);
    // Who owns a database may add this extension by default. Where it cannot be had, searches by parts of names read the whole table.
    this.addSql(`do $$ begin
      create extension if not exists pg_trgm;
      create index "user_search_names_trigrams" on "user_search" using gin ("names" gin_trgm_ops);
      create index "user_search_email_trigrams" on "user_search" using gin ("email" gin_trgm_ops);
    exception when insufficient_privilege or feature_not_supported or undefined_file or undefined_object then
      raise warning 'pg_trgm is not available: searches for users are slow where there are many';
    end $$;`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "sessions" drop constraint "sessions_browser_id_foreign";`);
    this.addSql(`alter table "browser_users" drop constraint "browser_users_browser_id_foreign";`);
    this.addSql(`alter table "group_parents" drop constraint "group_parents_group_id_foreign";`);
    this.addSql(`alter table "group_parents" drop constraint "group_parents_parent_id_foreign";`);
    this.addSql(`alter table "memberships" drop constraint "memberships_group_id_foreign";`);
    this.addSql(`alter table "revision_objects" drop constraint "revision_objects_revision_number_foreign";`);
    this.addSql(`alter table "tokens" drop constraint "tokens_user_id_foreign";`);
    this.addSql(`alter table "sessions" drop constraint "sessions_user_id_foreign";`);
    this.addSql(`alter table "passwords" drop constraint "passwords_user_id_foreign";`);
    this.addSql(`alter table "memberships" drop constraint "memberships_user_id_foreign";`);
    this.addSql(`alter table "media" drop constraint "media_user_id_foreign";`);
    this.addSql(`alter table "grants" drop constraint "grants_user_id_foreign";`);
    this.addSql(`alter table "consents" drop constraint "consents_user_id_foreign";`);
    this.addSql(`alter table "browser_users" drop constraint "browser_users_user_id_foreign";`);

    this.addSql(`drop table if exists "user_search" cascade;`);
    this.addSql(`drop table if exists "browsers" cascade;`);
    this.addSql(`drop table if exists "changes" cascade;`);
    this.addSql(`drop table if exists "closed_runs" cascade;`);
    this.addSql(`drop table if exists "configuration_objects" cascade;`);
    this.addSql(`drop table if exists "events" cascade;`);
    this.addSql(`drop table if exists "groups" cascade;`);
    this.addSql(`drop table if exists "group_parents" cascade;`);
    this.addSql(`drop table if exists "revisions" cascade;`);
    this.addSql(`drop table if exists "revision_objects" cascade;`);
    this.addSql(`drop table if exists "role_assignments" cascade;`);
    this.addSql(`drop table if exists "settings_state" cascade;`);
    this.addSql(`drop table if exists "short_lived" cascade;`);
    this.addSql(`drop table if exists "signing_keys" cascade;`);
    this.addSql(`drop table if exists "users" cascade;`);
    this.addSql(`drop table if exists "tokens" cascade;`);
    this.addSql(`drop table if exists "sessions" cascade;`);
    this.addSql(`drop table if exists "passwords" cascade;`);
    this.addSql(`drop table if exists "memberships" cascade;`);
    this.addSql(`drop table if exists "media" cascade;`);
    this.addSql(`drop table if exists "grants" cascade;`);
    this.addSql(`drop table if exists "consents" cascade;`);
    this.addSql(`drop table if exists "browser_users" cascade;`);
  }

}
