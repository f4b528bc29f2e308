"""Keys of programs that ask the API: what each may do, known without a question to the database."""
