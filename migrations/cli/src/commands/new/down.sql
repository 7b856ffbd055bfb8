-- Takes the change back, so that the catalog is what it was before. If a column's data goes with it, say so
-- here: "branchline: loses table.column: why that is bearable". If there is no way back, remove this file and
-- say in the up's leading comments: "branchline: irreversible: why".

