/**
 * Reads once, and answers the same for as long as the event loop does not go on to something else: many
 * questions are answered in one go, and to read a clock for each costs as much as to decide it.
 */
export function oncePerGo(read: () => number): () => number {
  let known: number | undefined
  const forget = () => {
    known = undefined
  }
  return () => {
    if (known === undefined) {
      known = read()
      queueMicrotask(forget)
    }
    return known
  }
}
