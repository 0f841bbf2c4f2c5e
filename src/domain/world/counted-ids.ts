/** UUIDs that count up from one: the same in each run, and of use in no other world. */
export function createCountedIds(): () => string {
  let count = 0
  return () => {
    count++
    return `00000000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`
  }
}
