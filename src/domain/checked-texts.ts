import { ownText } from './text.js'

const placesCount = 256

/**
 * Texts that a check found good of late. Questions name the same few things again and again: to find
 * one here costs half of checking it, and answers the one string that is kept, which is as good as
 * itself at once wherever it is compared later.
 */
export class CheckedTexts {
  readonly #isGood: (text: string) => boolean
  /** Each text has one place: the last one that belongs there is kept. */
  readonly #texts = new Array<string | undefined>(placesCount).fill(undefined)

  /** `isGood` depends on the text alone, and is true of short ones only: they are kept. */
  constructor(isGood: (text: string) => boolean) {
    this.#isGood = isGood
  }

  /** The same text in memory of its own (`ownText`), if it is good. */
  find(text: string): string | undefined {
    const place = placeOf(text)
    const known = this.#texts[place]
    if (text === known) return known
    if (!this.#isGood(text)) return undefined
    const own = ownText(text)
    this.#texts[place] = own
    return own
  }
}

/** Texts that differ mostly differ in how they end. */
function placeOf(text: string): number {
  const { length } = text
  const last = text.charCodeAt(length - 1)
  return (last * 31 + text.charCodeAt(length - 2) + length) & (placesCount - 1)
}
