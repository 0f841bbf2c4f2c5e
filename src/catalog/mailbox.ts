import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const mailbox: CatalogService = {
  service: 'mailbox',
  category: 'Domains, web hosting and email',
  permissionSets: [
    projectsSet('MailboxReadOnly', 'See mailboxes.', reads('mailbox')),
    projectsSet('MailboxFullAccess', 'Do everything with mailboxes.', ['mailbox:*']),
  ],
}
