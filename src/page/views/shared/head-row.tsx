/** The row with the heads of a table's columns. */
export function HeadRow({ heads }: { heads: readonly string[] }) {
  return (
    <tr>
      {heads.map((text) => (
        <th key={text} scope="col">
          {text}
        </th>
      ))}
    </tr>
  )
}
