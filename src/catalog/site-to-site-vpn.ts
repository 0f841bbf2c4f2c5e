import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const siteToSiteVpn: CatalogService = {
  service: 'site_to_site_vpn',
  category: 'Network',
  permissionSets: [
    projectsSet(
      'SiteToSiteVPNReadOnly',
      'See site-to-site VPN gateways and connections.',
      reads('site_to_site_vpn'),
    ),
    projectsSet(
      'SiteToSiteVPNFullAccess',
      'Do everything with site-to-site VPN gateways and connections.',
      ['site_to_site_vpn:*'],
    ),
  ],
}
