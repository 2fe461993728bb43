"""Reading sheets: CSV and XLSX as people make them, each cell as it was meant, or marked as what nobody can know."""
