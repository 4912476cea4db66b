// Command sdkgen writes the Python, Node.js and Go SDKs of this provider from its schema.
//
//	sdkgen SCHEMA FOLDER    writes FOLDER/python, FOLDER/nodejs and FOLDER/go
//
// It calls the code generators of the Pulumi engine themselves, pinned in go.mod: `pulumi package gen-sdk`
// would ask for three language hosts that no package registry serves.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// tool is the name in the banner of every generated file.
const tool = "sdkgen"

type generator struct {
	folder   string
	generate func(*schema.Package) (map[string][]byte, error)
}

// The loaders of other packages are nil: our schema refers to none.
var generators = []generator{
	{"python", func(pkg *schema.Package) (map[string][]byte, error) {
		files, err := python.GeneratePackage(tool, pkg, nil, nil)
		moveReadme(files)
		return files, err
	}},
	{"nodejs", func(pkg *schema.Package) (map[string][]byte, error) {
		return nodejs.GeneratePackage(tool, pkg, nil, nil, false, nil)
	}},
	{"go", func(pkg *schema.Package) (map[string][]byte, error) {
		return gogen.GeneratePackage(tool, pkg, nil)
	}},
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: sdkgen SCHEMA FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "sdkgen:", err)
		os.Exit(1)
	}
}

func run(schemaFile, folder string) error {
	for _, g := range generators {
		// Bound anew each time: a generator changes the package that it is given.
		pkg, err := load(schemaFile)
		if err != nil {
			return err
		}
		files, err := g.generate(pkg)
		if err != nil {
			return fmt.Errorf("%s: %w", g.folder, err)
		}
		if err := write(filepath.Join(folder, g.folder), files); err != nil {
			return err
		}
	}
	return nil
}

func load(schemaFile string) (*schema.Package, error) {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, fmt.Errorf("%s: %w", schemaFile, err)
	}
	// Without it the Go SDK comes without a go.mod.
	if spec.Meta == nil {
		spec.Meta = &schema.MetadataSpec{}
	}
	spec.Meta.SupportPack = true
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	return pkg, nil
}

// moveReadme puts the README of the Python SDK where its pyproject.toml names it; the generator leaves it one
// folder too deep.
func moveReadme(files map[string][]byte) {
	for name, content := range files {
		if path.Base(name) == "README.md" {
			delete(files, name)
			files["README.md"] = content
			return
		}
	}
}

func write(folder string, files map[string][]byte) error {
	for name, content := range files {
		target := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
