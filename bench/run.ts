/** Every benchmark, one after another: each has the machine to itself. */
await import('./evaluate.js')
await import('./authorize.js')
await import('./tiers.js')
await import('./revocation.js')
await import('./growth.js')
