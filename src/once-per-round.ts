/**
 * Reads once, and answers the same to the end of this round of the event loop: many questions are answered
 * in one, and to read a clock for each costs a good part of deciding it.
 */
export function oncePerRound(read: () => number): () => number {
  let known: number | undefined
  const forget = () => {
    known = undefined
  }
  return () => {
    if (known === undefined) {
      known = read()
      setImmediate(forget)
    }
    return known
  }
}
