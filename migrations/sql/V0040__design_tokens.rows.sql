INSERT INTO projects (id, name) VALUES (-40, 'tokens');
INSERT INTO color_tokens (project_id, path, position, own_type, color_space, components, alpha, hex)
VALUES (-40, 'brand.blue', 0, true, 'srgb', '{0.2, 0.4, 0.9}', 0.5, '#3366e6'),
       (-40, 'brand.none', 1, false, 'oklch', '{0.7, NULL, 250}', NULL, NULL);
INSERT INTO spacing_tokens (project_id, path, position, own_type, value, unit)
VALUES (-40, 'space.small', 2, true, -4.5, 'px');
INSERT INTO typography_tokens (project_id, path, position, own_type, font_family, font_size, font_size_unit,
    font_weight, letter_spacing, letter_spacing_unit, line_height)
VALUES (-40, 'text.body', 3, true, '{Inter, sans-serif}', 16, 'px', 400, 0, 'rem', 1.5);
INSERT INTO other_tokens (project_id, path, position, own_type, is_group, token_type, value)
VALUES (-40, '', 4, false, true, NULL, NULL),
       (-40, 'fast', 5, true, false, 'duration', '{"value": 1, "unit": "ms"}');
