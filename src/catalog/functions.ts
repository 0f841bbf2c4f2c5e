import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const functions: CatalogService = {
  service: 'functions',
  category: 'Serverless',
  permissionSets: [
    projectsSet('FunctionsReadOnly', 'See functions and their namespaces.', reads('functions')),
    projectsSet('FunctionsFullAccess', 'Do everything with functions.', ['functions:*']),
    // Calling is not managing: public functions ask nobody, private ones ask for this.
    projectsSet('FunctionsPrivateAccess', 'Call private functions.', ['functions:function:access']),
  ],
}
