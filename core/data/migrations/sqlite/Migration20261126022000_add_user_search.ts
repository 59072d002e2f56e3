import { Migration } from '@mikro-orm/migrations';

/** As names are compared, in the words of `core/identity/names.ts` at the time of this migration. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase().normalize('NFKC');

type User = { readonly id: string; readonly username_key: string; readonly name: string; readonly email_key: string | null };

export class Migration20261126022000_add_user_search extends Migration {

  override name = 'Migration20261126022000_add_user_search';

  override async up(): Promise<void> {
    await this.execute(`create table \`user_search\` (\`id\` integer not null primary key autoincrement, \`user_id\` text not null, \`names\` text not null, \`email\` text null, constraint \`user_search_user_id_foreign\` foreign key (\`user_id\`) references \`users\` (\`id\`) on delete cascade);`);
    await this.execute(`create unique index \`user_search_user_id_unique\` on \`user_search\` (\`user_id\`);`);

    // Refers to the rows by an id of their own: those that SQLite numbers by itself are numbered anew by VACUUM.
    await this.execute(`create virtual table \`user_search_trigrams\` using fts5(\`names\`, \`email\`, content = 'user_search', content_rowid = 'id', tokenize = 'trigram case_sensitive 1', columnsize = 0);`);
    await this.execute(`create trigger \`user_search_inserted\` after insert on \`user_search\` begin insert into \`user_search_trigrams\` (rowid, \`names\`, \`email\`) values (new.\`id\`, new.\`names\`, new.\`email\`); end;`);
    await this.execute(`create trigger \`user_search_deleted\` after delete on \`user_search\` begin insert into \`user_search_trigrams\` (\`user_search_trigrams\`, rowid, \`names\`, \`email\`) values ('delete', old.\`id\`, old.\`names\`, old.\`email\`); end;`);
    await this.execute(`create trigger \`user_search_updated\` after update on \`user_search\` begin insert into \`user_search_trigrams\` (\`user_search_trigrams\`, rowid, \`names\`, \`email\`) values ('delete', old.\`id\`, old.\`names\`, old.\`email\`); insert into \`user_search_trigrams\` (rowid, \`names\`, \`email\`) values (new.\`id\`, new.\`names\`, new.\`email\`); end;`);

    // SQLite's own lower() knows ASCII only.
    const users = (await this.execute(`select \`id\`, \`username_key\`, \`name\`, \`email_key\` from \`users\``)) as unknown as readonly User[];
    for (let from = 0; from < users.length; from += 1000) {
      const rows = users.slice(from, from + 1000).map((user) => [user.id, `${user.username_key}\n${folded(user.name)}`, user.email_key && folded(user.email_key)]);
      await this.execute(`insert into \`user_search\` (\`user_id\`, \`names\`, \`email\`) select value ->> 0, value ->> 1, value ->> 2 from json_each(?)`, [JSON.stringify(rows)]);
    }
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists \`user_search_trigrams\`;`);
    this.addSql(`drop table if exists \`user_search\`;`);
  }

}
