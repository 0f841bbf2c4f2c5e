import { encodeRevision, type Revision } from '../../service/revision.js'

/**
 * Revisions as they are sent. There is one at a time, and it is one object for as long as it is
 * current, so it is encoded once.
 */
export class RevisionText {
  #revision: Revision | undefined
  #text = ''

  of(revision: Revision): string {
    if (revision !== this.#revision) {
      this.#text = encodeRevision(revision)
      this.#revision = revision
    }
    return this.#text
  }
}
