DROP INDEX visits_page;
