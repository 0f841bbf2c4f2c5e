import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const relationalDatabases: CatalogService = {
  service: 'relational_databases',
  category: 'Databases',
  permissionSets: [
    projectsSet(
      'RelationalDatabasesReadOnly',
      'See Managed PostgreSQL and MySQL.',
      reads('relational_databases'),
    ),
    projectsSet(
      'RelationalDatabasesFullAccess',
      'Do everything with Managed PostgreSQL and MySQL.',
      ['relational_databases:*'],
    ),
  ],
}
