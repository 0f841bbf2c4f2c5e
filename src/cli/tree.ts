export interface TreeNode {
  readonly label: string
  readonly children?: readonly TreeNode[]
}

/** The root stands at the margin; everything below it hangs on lines. */
export function renderTree(root: TreeNode): string {
  return `${root.label}\n${renderChildren(root, '')}`
}

function renderChildren({ children = [] }: TreeNode, indent: string): string {
  return children
    .map((child, index) => {
      const isLast = index === children.length - 1
      const branch = `${indent}${isLast ? '└─ ' : '├─ '}${child.label}\n`
      return branch + renderChildren(child, `${indent}${isLast ? '   ' : '│  '}`)
    })
    .join('')
}
