"""The API as an OpenAPI 3.1 document, made from the schemas of its replies and from the questionnaire that is served."""
