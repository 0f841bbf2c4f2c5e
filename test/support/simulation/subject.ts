/** What is simulated, in one module: the same can be built with a safeguard taken out. */
export { CachedEntities } from '../../../src/cache/cached-entities.js'
export { createEntityCodec } from '../../../src/cache/codec.js'
export { createSharedKeys } from '../../../src/cache/keys.js'
export { Sealer } from '../../../src/cache/sealed-entry.js'
