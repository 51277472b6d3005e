"""PostgreSQL: the connection pool and one repository function for each query."""
