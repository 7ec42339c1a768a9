// AG Grid Community as an anywidget over the picker's own binary columns: rows are numbers, values are read from typed
// arrays. What stands above this in the module: the picker's module, for `decode`, and `agGrid`, the bundle.
const bitsOf = (api, rows) => {
  const bits = new Uint8Array((rows + 7) >> 3);
  for (const { row } of api.getSelectedRows()) setBit(bits, row, true);
  return bits;
};

export default {
  render({ model, el }) {
    const search = document.createElement("input");
    const all = document.createElement("button");
    const place = document.createElement("div");
    search.className = "search";
    all.className = "all";
    place.style.height = "420px";
    el.append(search, all, place);
    let [api, rows, lives] = [null, 0, new Uint8Array()];
    model.on("msg:custom", (message, buffers) => {
      if (message.kind === "patch") {
        const numbers = new Uint32Array(buffers[0].buffer.slice(buffers[0].byteOffset, buffers[0].byteOffset + 4 * message.rows));
        for (const row of numbers) lives[row] = message.life;
        api.applyTransaction({ update: Array.from(numbers, (row) => api.getRowNode(String(row)).data) });
        return;
      }
      if (message.kind !== "snapshot") return;
      rows = message.header.rows;
      lives = new Uint8Array(copied(buffers[2])).slice();
      const columns = decode(message.header, copied(buffers[0]), new Uint8Array(copied(buffers[1])), lives, new FateColumn([""], new Uint8Array(rows), new Map()));
      api = agGrid.createGrid(place, {
        animateRows: false,
        getRowId: ({ data }) => String(data.row),
        rowData: Array.from({ length: rows }, (_, row) => ({ row })),
        rowSelection: { mode: "multiRow" },
        columnDefs: columns.filter((column) => !column.hidden).map((column) => ({
          headerName: column.title,
          colId: column.title,
          width: 120,
          valueGetter: ({ data }) => (column.kind === "number" ? column.value(data.row) : column.text(data.row)),
        })),
      });
    });
    search.oninput = () => api.setGridOption("quickFilterText", search.value);
    all.onclick = () => {
      api.selectAll("filtered");
      model.send({ kind: "select" }, undefined, [bitsOf(api, rows).buffer]);
    };
    model.send({ kind: "hello" });
  },
};
