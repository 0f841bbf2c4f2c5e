/** Times the columns of any table this stays below what a statement may have parameters. */
const chunkSize = 500

/** Runs `work` on some of the rows at a time, in order; what it answers is put together. */
export async function inChunks<Row, T>(
  rows: readonly Row[],
  work: (chunk: readonly Row[]) => Promise<readonly T[]>,
): Promise<T[]> {
  const answers: T[] = []
  for (let start = 0; start < rows.length; start += chunkSize) {
    answers.push(...(await work(rows.slice(start, start + chunkSize))))
  }
  return answers
}
