import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Ending } from './closed-streams.js'
import { Stream } from './stream.js'
import { StreamTable } from './stream-table.js'

/** Begins a stream so many identifiers after the last one, or ends one of those that are open. */
const step = fc.oneof(
  fc.record({ skip: fc.constantFrom(0, 0, 0, 1, 30, 63, 64, 100) }),
  fc.record({ end: fc.nat() }),
)

it('holds the streams that are open, in the order of their beginnings', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const table = new StreamTable()
      const open = new Map<number, Stream>()
      for (const { skip, end } of steps as { skip?: number; end?: number }[]) {
        if (skip !== undefined) begin(table, open, table.lastId + 1 + (table.lastId % 2) + 2 * skip)
        else {
          const stream = [...open.values()][(end ?? 0) % Math.max(open.size, 1)]
          if (!stream) continue
          table.remove(stream, Ending.complete)
          open.delete(stream.id)
          expect(table.find(stream.id)).toBeUndefined()
        }
        expect(table.size).toBe(open.size)
        expect(table.all()).toEqual([...open.values()])
        for (const [id, stream] of open) expect(table.find(id)).toBe(stream)
        expect(table.find(table.lastId + 2)).toBeUndefined()
      }
    }),
    { numRuns: 200 },
  )
})

function begin(table: StreamTable, open: Map<number, Stream>, id: number): void {
  // What a table does with streams needs nothing of their connection.
  const stream = new Stream(id, undefined as never)
  table.lastId = id
  table.add(stream)
  open.set(id, stream)
}
