import type { Migration } from '../migrate.js'

/**
 * What searches for resources go through. A resource without a project is the organization's own;
 * one in a project goes with it.
 */
export const resources: Migration = {
  version: 4,
  name: 'resources',
  statements: ({ text, integer, table }) => [
    `create table resources (
      organization_id ${text} not null references organizations (id) on delete cascade,
      type ${text} not null, id ${text} not null, project_id ${text},
      name ${text} not null, locality ${text} not null, attributes ${text} not null,
      created_at_ms ${integer} not null, updated_at_ms ${integer} not null,
      version ${integer} not null,
      constraint resources_organization_id_type_id_key primary key (organization_id, type, id),
      foreign key (organization_id, project_id) references projects (organization_id, id)
        on delete cascade
    ) ${table}`,
    'create index resources_project on resources (project_id, organization_id, type, id)',
  ],
}
