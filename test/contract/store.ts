import { afterAll, beforeAll, describe } from 'vitest'
import type { Store } from '../../src/service/ports/store.js'
import type { StoreUpkeep } from '../../src/service/ports/upkeep.js'
import { describeCensus } from './store-census.js'
import { describeChangeLog } from './store-change-log.js'
import { describeDecisions } from './store-decisions.js'
import type { OpenedStore } from './store-fixture.js'
import { describeKeys } from './store-keys.js'
import { describeNouns } from './store-nouns.js'
import { describePolicies } from './store-policies.js'
import { describeRefusals } from './store-refusals.js'
import { describeResources } from './store-resources.js'
import { describeSearch } from './store-search.js'
import { describeTransactions } from './store-transactions.js'

/** What every store promises, whatever it is made of. `open` makes an empty one. */
export function describeStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name}: the store`, () => {
    let opened: OpenedStore
    beforeAll(async () => {
      opened = await open()
    })
    afterAll(() => opened.store.close())
    const store = (): Store & StoreUpkeep => opened.store
    describeNouns(store)
    describeRefusals(store)
    describeKeys(store)
    describePolicies(store)
    describeResources(store, (statement) => opened.query(statement))
    describeSearch(store)
    describeCensus(store)
    describeDecisions(store, (statement) => opened.query(statement))
    describeTransactions(store, (statement) => opened.query(statement))
    describeChangeLog(store, (statement) => opened.query(statement))
  })
}
