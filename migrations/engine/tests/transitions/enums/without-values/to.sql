CREATE TYPE state AS ENUM ('A "b"', 'c''d', 'é');
