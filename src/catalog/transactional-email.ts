import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

/** Sending has a resource per channel, so that a set can allow one channel and not the other. */
export const transactionalEmail: CatalogService = {
  service: 'transactional_email',
  category: 'Domains, web hosting and email',
  permissionSets: [
    projectsSet(
      'TransactionalEmailReadOnly',
      'See everything about transactional email.',
      reads('transactional_email'),
    ),
    projectsSet('TransactionalEmailFullAccess', 'Do everything with transactional email.', [
      'transactional_email:*',
    ]),
    projectsSet('TransactionalEmailBlocklistReadOnly', 'See blocklists.', readsOf('blocklist')),
    projectsSet('TransactionalEmailBlocklistFullAccess', 'Manage blocklists.', allOf('blocklist')),
    projectsSet('TransactionalEmailDomainReadOnly', 'See sending domains.', readsOf('domain')),
    projectsSet('TransactionalEmailDomainFullAccess', 'Manage sending domains.', allOf('domain')),
    projectsSet('TransactionalEmailEmailReadOnly', 'See sent emails.', readsOf('email')),
    projectsSet('TransactionalEmailEmailFullAccess', 'Send and manage emails, by any channel.', [
      ...allOf('email'),
      ...allOf('email-api'),
      ...allOf('email-smtp'),
    ]),
    projectsSet('TransactionalEmailEmailApiCreate', 'Send emails through the API.', [
      'transactional_email:email-api:create',
    ]),
    projectsSet('TransactionalEmailEmailSmtpCreate', 'Send emails through SMTP.', [
      'transactional_email:email-smtp:create',
    ]),
    projectsSet('TransactionalEmailWebhookReadOnly', 'See webhooks.', readsOf('webhook')),
    projectsSet('TransactionalEmailWebhookFullAccess', 'Manage webhooks.', allOf('webhook')),
    projectsSet(
      'TransactionalEmailProjectSettingsReadOnly',
      'See the email settings of a project.',
      readsOf('project-settings'),
    ),
    projectsSet(
      'TransactionalEmailProjectSettingsFullAccess',
      'Change the email settings of a project.',
      allOf('project-settings'),
    ),
    projectsSet(
      'TransactionalEmailOfferSubscriptionReadOnly',
      'See which email offer a project has.',
      readsOf('offer-subscription'),
    ),
    projectsSet(
      'TransactionalEmailOfferSubscriptionFullAccess',
      'Choose the email offer of a project.',
      allOf('offer-subscription'),
    ),
    projectsSet(
      'TransactionalEmailPoolReadOnly',
      'See the sending pool of a project.',
      readsOf('pool'),
    ),
  ],
}

function readsOf(resource: string): readonly string[] {
  return [`transactional_email:${resource}:list`, `transactional_email:${resource}:read`]
}

function allOf(resource: string): readonly string[] {
  return [`transactional_email:${resource}:*`]
}
