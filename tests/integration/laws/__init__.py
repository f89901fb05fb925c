"""The laws, held on whole installations: any order, any cut, any kill, any time asked for."""
