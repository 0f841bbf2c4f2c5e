import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

/** `database` is the service's own object; `schema` and `data` are what SQL changes inside it. */
export const serverlessSqlDatabase: CatalogService = {
  service: 'serverless_sql_database',
  category: 'Databases',
  permissionSets: [
    projectsSet(
      'ServerlessSQLDatabaseReadOnly',
      'See serverless databases and read their data.',
      reads('serverless_sql_database'),
    ),
    projectsSet(
      'ServerlessSQLDatabaseReadWrite',
      'Change data and tables, but neither databases nor their settings.',
      [
        ...reads('serverless_sql_database'),
        'serverless_sql_database:schema:*',
        'serverless_sql_database:data:*',
      ],
    ),
    projectsSet('ServerlessSQLDatabaseDataReadWrite', 'Change data, but not tables.', [
      'serverless_sql_database:data:*',
    ]),
    projectsSet('ServerlessSQLDatabaseFullAccess', 'Do everything with serverless databases.', [
      'serverless_sql_database:*',
    ]),
  ],
}
