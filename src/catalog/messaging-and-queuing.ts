import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const messagingAndQueuing: CatalogService = {
  service: 'messaging_and_queuing',
  category: 'Integration',
  permissionSets: [
    projectsSet(
      'MessagingAndQueuingReadOnly',
      'See queues, topics, NATS accounts and their credentials.',
      reads('messaging_and_queuing'),
    ),
    projectsSet(
      'MessagingAndQueuingFullAccess',
      'Do everything with queues, topics, NATS accounts and their credentials.',
      ['messaging_and_queuing:*'],
    ),
  ],
}
