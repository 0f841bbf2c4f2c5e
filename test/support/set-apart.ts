import type { Corpus, CorpusCase } from '../../src/domain/corpus.js'
import type { PrincipalEntry, UserEntry } from '../../src/domain/document.js'
import type { BearerName, OrganizationPlan } from '../../src/domain/world/plan.js'
import { corpusFiles, readCorpusFile } from './offline.js'

/** All files, fit for one server; what one holds is nothing to the others. */
export const corporaApart = corpusFiles.map((file, at) => {
  const tag = `f${at}`
  return { file, tag, corpus: setApart(readCorpusFile(file), tag) }
})

/**
 * The corpus with people of its own: files have the same addresses, and on one server one address
 * is one person. Nothing that decides reads them.
 */
function setApart({ organizations, cases, ...rest }: Corpus, tag: string): Corpus {
  return {
    ...rest,
    organizations: organizations.map((plan) => planApart(plan, tag)),
    cases: cases.map((asked) => caseApart(asked, tag)),
  }
}

function planApart({ document, pending, keys, ...rest }: OrganizationPlan, tag: string) {
  const apart = (email: string) => `${tag}.${email}`
  return {
    ...rest,
    pending: pending.map(apart),
    keys: keys.map((key) => ({ ...key, bearer: bearerApart(key.bearer, tag) })),
    document: {
      ...document,
      users: document.users.map((user): UserEntry => ({ ...user, email: apart(user.email) })),
      groups: document.groups.map((group) => ({ ...group, users: group.users.map(apart) })),
      policies: document.policies.map(({ principal, ...policy }) => ({
        ...policy,
        ...(principal && { principal: bearerApart<PrincipalEntry>(principal, tag) }),
      })),
    },
  }
}

function caseApart({ asker, ...rest }: CorpusCase, tag: string): CorpusCase {
  if (asker.kind !== 'principal') return { ...rest, asker }
  return { ...rest, asker: { ...asker, bearer: bearerApart(asker.bearer, tag) } }
}

function bearerApart<T extends BearerName | PrincipalEntry>(bearer: T, tag: string): T {
  return bearer.type === 'user' ? { ...bearer, name: `${tag}.${bearer.name}` } : bearer
}
