-- branchline: allow ban-drop-view: what the up made

DROP VIEW listed_projects;
