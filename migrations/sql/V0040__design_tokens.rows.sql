INSERT INTO projects (id, name) VALUES (-40, 'tokens');
INSERT INTO extraction_jobs (id, project_id, source_url, extraction_type)
VALUES (-40, -40, 'https://example.com/a.png', 'all');
INSERT INTO color_tokens (project_id, path, position, own_type, alias, written, description, deprecated,
    deprecated_reason, extensions, confidence, role, extraction_job_id, color_space, components, alpha, hex)
VALUES (-40, 'brand.blue', 0, true, 'base.blue', '{"$ref": "#/base/blue"}', 'blue', true, 'old',
        '{"com.example": 1}', 0.9, 'primary', -40, 'srgb', '{0.2, 0.4, 0.9}', 0.5, '#3366e6'),
       (-40, 'brand.none', 1, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'oklch',
        '{0.7, NULL, 250}', NULL, NULL);
INSERT INTO spacing_tokens (project_id, path, position, own_type, alias, written, description, deprecated,
    deprecated_reason, extensions, confidence, role, extraction_job_id, value, unit)
VALUES (-40, 'space.small', 2, true, 'base.small', '{"$ref": "#/base/small"}', 'small', true, 'old',
        '{"com.example": 1}', 0.9, 'gap', -40, -4.5, 'px');
INSERT INTO typography_tokens (project_id, path, position, own_type, alias, written, description, deprecated,
    deprecated_reason, extensions, confidence, role, extraction_job_id, font_family, font_size, font_size_unit,
    font_weight, letter_spacing, letter_spacing_unit, line_height)
VALUES (-40, 'text.body', 3, true, 'base.body', '{"$ref": "#/base/body"}', 'body', true, 'old',
        '{"com.example": 1}', 0.9, 'body', -40, '{Inter, sans-serif}', 16, 'px', 400, 0, 'rem', 1.5);
INSERT INTO other_tokens (project_id, path, position, own_type, alias, written, description, deprecated,
    deprecated_reason, extensions, confidence, role, extraction_job_id, is_group, token_type, value, extends)
VALUES (-40, '', 4, false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true, NULL, NULL, '{base}'),
       (-40, 'fast', 5, true, 'base.fast', '{"$ref": "#/base/fast"}', 'fast', true, 'old',
        '{"com.example": 1}', 0.9, 'motion', -40, false, 'duration', '{"value": 1, "unit": "ms"}', NULL);
