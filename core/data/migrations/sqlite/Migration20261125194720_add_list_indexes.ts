import { Migration } from '@mikro-orm/migrations';

export class Migration20261125194720_add_list_indexes extends Migration {

  override name = 'Migration20261125194720_add_list_indexes';

  override up(): void | Promise<void> {
    this.addSql(`drop index \`events_action_index\`;`);
    this.addSql(`drop index \`events_at_index\`;`);
    this.addSql(`drop index \`events_user_id_index\`;`);
    this.addSql(`create index \`events_action_id_index\` on \`events\` (\`action\`, \`id\`);`);
    this.addSql(`create index \`events_user_id_id_index\` on \`events\` (\`user_id\`, \`id\`);`);
    this.addSql(`create index \`events_application_id_index\` on \`events\` (\`application\`, \`id\`);`);

    this.addSql(`create index \`users_name_id_index\` on \`users\` (\`name\`, \`id\`);`);
    this.addSql(`create index \`users_created_at_id_index\` on \`users\` (\`created_at\`, \`id\`);`);
    this.addSql(`create index \`users_updated_at_id_index\` on \`users\` (\`updated_at\`, \`id\`);`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index \`events_action_id_index\`;`);
    this.addSql(`drop index \`events_user_id_id_index\`;`);
    this.addSql(`drop index \`events_application_id_index\`;`);
    this.addSql(`create index \`events_action_index\` on \`events\` (\`action\`);`);
    this.addSql(`create index \`events_at_index\` on \`events\` (\`at\`);`);
    this.addSql(`create index \`events_user_id_index\` on \`events\` (\`user_id\`);`);

    this.addSql(`drop index \`users_name_id_index\`;`);
    this.addSql(`drop index \`users_created_at_id_index\`;`);
    this.addSql(`drop index \`users_updated_at_id_index\`;`);
  }

}
