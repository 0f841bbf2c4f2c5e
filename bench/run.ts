/** Every benchmark, one after another: each has the machine to itself. */
await import('./evaluate.js')
await import('./authorize.js')
