import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const serverlessJobs: CatalogService = {
  service: 'serverless_jobs',
  category: 'Serverless',
  permissionSets: [
    projectsSet(
      'ServerlessJobsReadOnly',
      'See job definitions and runs, but not the images or secrets they use.',
      reads('serverless_jobs'),
    ),
    projectsSet(
      'ServerlessJobsFullAccess',
      'Do everything with job definitions and runs, but not the images or secrets they use.',
      ['serverless_jobs:*'],
    ),
  ],
}
