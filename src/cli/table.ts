/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Rows as aligned columns, two blanks between them, no blanks at the ends of lines. Cells hold no line ends. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: (title: string) => string = (title) => title,
): string {
  const widths = columns.map((column, index) =>
    Math.max(width(column.title), ...rows.map((row) => width(row[index] ?? ''))),
  );
  const line = (cells: readonly string[], paintCell: (cell: string) => string): string =>
    cells
      .map((cell, index) => {
        const blanks = ' '.repeat(Math.max(0, (widths[index] ?? 0) - width(cell)));
        const painted = paintCell(cell);
        if (columns[index]?.align === 'right') return blanks + painted;
        return index === cells.length - 1 ? painted : painted + blanks;
      })
      .join('  ')
      .trimEnd();
  return [
    line(
      columns.map((column) => column.title),
      paint,
    ),
    ...rows.map((row) => line(row, (cell) => cell)),
  ]
    .map((text) => `${text}\n`)
    .join('');
}

/** Columns on a terminal; colours take none. */
function width(text: string): number {
  return [...text.replace(/\u001b\[[0-9;]*m/g, '')].length;
}
