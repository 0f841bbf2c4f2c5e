import type { CatalogService } from './catalog.js'
import { organizationSet, reads } from './define.js'

export const notificationManager: CatalogService = {
  service: 'notification_manager',
  category: 'Organization management',
  permissionSets: [
    organizationSet('NotificationManagerFullAccess', 'Choose who is notified of what.', [
      'notification_manager:*',
    ]),
    organizationSet(
      'NotificationManagerReadOnly',
      'See who is notified of what.',
      reads('notification_manager'),
    ),
  ],
}
