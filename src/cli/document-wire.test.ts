import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { OrganizationDocument } from '../grpc/gen/postern/v1/document.js'
import { parseData } from './data-file.js'
import { fromWireDocument, toWireDocument } from './document-wire.js'
import { readDocument } from './import.js'

test('a document comes back from the wire as it went', () => {
  const path = new URL('../../examples/acme.yaml', import.meta.url)
  const document = readDocument(parseData('acme.yaml', readFileSync(path, 'utf8')))
  const bytes = OrganizationDocument.encode(toWireDocument(document)).finish()
  expect(fromWireDocument(OrganizationDocument.decode(bytes))).toEqual(document)
})

test('an effect that this version does not know is never left out', () => {
  const wire = OrganizationDocument.fromPartial({
    policies: [{ name: 'p', rules: [{ effect: 7 as 1 }] }],
  })
  expect(() => fromWireDocument(wire)).toThrow('the server sent an unknown effect (7)')
})
