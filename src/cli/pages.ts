export interface Page<T> {
  readonly items: readonly T[]
  /** Empty on the last page. */
  readonly nextPageToken: string
}

/** Everything on every page, asked for as it is read. */
export async function* pages<T>(read: (pageToken: string) => Promise<Page<T>>): AsyncGenerator<T> {
  let pageToken = ''
  do {
    const page = await read(pageToken)
    yield* page.items
    pageToken = page.nextPageToken
  } while (pageToken !== '')
}
